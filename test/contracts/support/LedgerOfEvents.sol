// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState, IStorageMarket} from "../../../contracts/interfaces/IStorageMarket.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {HostileToken} from "./HostileToken.sol";
import {TestMarket} from "./TestMarket.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice The second set of books: what the events of a market say, in plain sums. It knows who acts, so that it also sees whether
/// the one who acts may do what happened; what must not happen is kept in `broken` under the name of the rule.
abstract contract LedgerOfEvents {
    struct Books {
        address client;
        address payee;
        uint32 provider;
        uint32 start;
        uint16 maxMisses;
        uint256 rate;
        uint256 slash;
        uint256 price;
        uint256 collateral;
        uint256 paid;
        uint256 refunded;
        uint256 compensated;
        uint256 unlocked;
        uint32 challengedAt;
        bool closed;
        bool abandoned;
        bool unanswered;
    }

    uint96 public constant BOND = TestMarket.BOND;

    IStorageMarket public market;
    IERC20 public token;

    /// @notice Rules that an act has broken.
    mapping(bytes32 rule => bool) public broken;
    /// @notice How often each outcome was reached.
    mapping(bytes32 outcome => uint256) public reached;

    mapping(address account => uint256) public balance;
    mapping(uint256 provider => uint256) public free;
    mapping(uint256 provider => mapping(uint256 period => uint256)) public locked;
    mapping(uint256 provider => mapping(uint256 period => bool)) public proven;
    mapping(uint256 deal => bytes32) public signedTerms;
    uint256 public bonds;
    uint256 public donated;

    mapping(uint256 deal => Books) private _books;
    mapping(uint256 provider => address) private _beneficiary;
    mapping(uint256 provider => uint256) private _maxLock;
    mapping(uint256 provider => mapping(uint256 period => uint256)) private _budget;
    /// @dev The deal that was closed last: the events that say what it came to follow.
    uint256 private _closing;

    /// @dev Who called last; zero when the market was called by its token.
    address internal acting;

    function booksOf(uint256 deal) external view returns (Books memory) {
        return _books[deal];
    }

    function beneficiaryOf(uint256 provider) public view returns (address) {
        return _beneficiary[provider];
    }

    function _payeeOf(Books storage books) internal view returns (address) {
        return books.payee == address(0) ? _beneficiary[books.provider] : books.payee;
    }

    function _rule(bool holds, bytes32 rule) internal {
        if (!holds) broken[rule] = true;
    }

    /// @dev What has failed may have been logged all the same, up to where it failed.
    function _enterOrForget(bool done) internal {
        if (done) _enter();
        else vm.getRecordedLogs();
    }

    /// @dev Enters what was logged since the last time.
    function _enter() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _closing = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == HostileToken.CallBegun.selector) i = _skipFailed(logs, i);
            else if (logs[i].emitter == address(token)) _enterTransfer(logs[i]);
            else if (logs[i].emitter == address(market)) _enterEvent(logs[i], uint256(logs[i].topics[1]));
        }
    }

    /// @dev What was logged is there also when the call that logged it failed: that of a token in the middle of a transfer.
    function _skipFailed(Vm.Log[] memory logs, uint256 begin) private pure returns (uint256 end) {
        uint256 depth = 0;
        for (end = begin; ; ++end) {
            bytes32 kind = logs[end].topics[0];
            if (kind == HostileToken.CallBegun.selector) ++depth;
            if (kind == HostileToken.CallEnded.selector && --depth == 0) break;
        }
        if (abi.decode(logs[end].data, (bool))) return begin;
    }

    function _enterTransfer(Vm.Log memory log) private {
        if (log.topics[0] != IERC20.Transfer.selector) return;
        address from = address(uint160(uint256(log.topics[1])));
        _rule(from == address(market) || from == acting, "stranger");
    }

    function _enterEvent(Vm.Log memory log, uint256 id) private {
        bytes32 kind = log.topics[0];
        if (kind == IMarketState.Settled.selector) _enterSettled(id, log.data);
        else if (kind == IMarketState.Compensated.selector) _enterCompensated(id, log.data);
        else if (kind == IMarketState.Closed.selector) _enterClosed(id, log.data);
        else if (kind == IMarketState.DealOpened.selector) _enterOpened(id, log);
        else if (kind == IMarketState.Defaulted.selector) _enterDefaulted(id, log.data);
        else if (kind == IMarketState.Abandoned.selector) _enterAbandoned(id, log.data);
        else if (kind == IMarketState.Shortened.selector) _enterShortened(id, log.data);
        else if (kind == IMarketState.Challenged.selector) _enterChallenged(id);
        else if (kind == IMarketState.ChallengeEnded.selector) _enterChallengeEnded(id, _address(log, 2));
        else if (kind == IMarketState.DealTransferred.selector) _enterTransferred(id, log);
        else if (kind == IMarketState.PayeeAssigned.selector) _enterAssigned(id, _address(log, 2));
        else if (kind == IMarketState.Proven.selector) _enterProven(id, uint256(log.topics[2]));
        else _enterAccounts(kind, log, id);
    }

    function _enterAccounts(bytes32 kind, Vm.Log memory log, uint256 id) private {
        if (kind == IMarketState.Staked.selector) {
            free[id] += abi.decode(log.data, (uint256));
        } else if (kind == IMarketState.Unstaked.selector) {
            uint256 amount = abi.decode(log.data, (uint256));
            free[id] -= amount;
            balance[_address(log, 2)] += amount;
            _rule(_address(log, 2) == acting, "stranger");
        } else if (kind == IMarketState.Spent.selector) {
            balance[_address(log, 1)] -= abi.decode(log.data, (uint256));
            _rule(_address(log, 1) == acting, "stranger");
        } else if (kind == IMarketState.Withdrawn.selector) {
            address account = _address(log, 1);
            balance[account] -= abi.decode(log.data, (uint256));
            bool pushed = _address(log, 2) == account && !market.keepsBalance(account);
            _rule(account == acting || pushed, "stranger");
        } else if (kind == IMarketState.ProviderConfigured.selector) {
            _beneficiary[id] = _address(log, 3);
            (_maxLock[id], ) = abi.decode(log.data, (uint96, string));
        } else if (kind == IMarketState.OperatorStopped.selector) {
            _maxLock[id] = 0;
        }
    }

    function _enterOpened(uint256 id, Vm.Log memory log) private {
        Books storage books = _books[id];
        books.provider = uint32(uint256(log.topics[2]));
        books.client = _address(log, 3);
        uint256 periods;
        uint256 factor;
        (books.start, periods, books.maxMisses, , books.rate, factor) = abi.decode(
            log.data,
            (uint32, uint256, uint16, uint256, uint256, uint256)
        );
        books.slash = books.rate * factor;
        books.price = books.rate * periods;
        books.collateral = books.slash * (uint256(books.maxMisses) + 1);
        free[books.provider] -= books.collateral;
        _enterLock(books.provider, books.collateral);
        signedTerms[id] = _termsOf(id);
        _rule(acting == books.client, "stranger");
    }

    /// @dev No more in a period than was allowed when the first of it was locked.
    function _enterLock(uint256 provider, uint256 amount) private {
        uint256 current = market.period();
        if (locked[provider][current] == 0) _budget[provider][current] = _maxLock[provider];
        locked[provider][current] += amount;
        _rule(locked[provider][current] <= _budget[provider][current], "budget");
    }

    /// @dev What nobody may change of a deal.
    function _termsOf(uint256 id) internal view returns (bytes32) {
        IMarketState.Deal memory deal = market.dealOf(uint32(id));
        return
            keccak256(
                abi.encode(
                    deal.root,
                    deal.size,
                    deal.provider,
                    deal.start,
                    deal.maxMisses,
                    deal.notice,
                    deal.rate,
                    deal.slash
                )
            );
    }

    function _enterSettled(uint256 id, bytes memory data) private {
        Books storage books = _books[id];
        (, uint256 earned) = abi.decode(data, (uint256, uint256));
        books.paid += earned;
        balance[_payeeOf(books)] += earned;
        _rule(!books.closed || _closing == id, "closed");
        if (!books.closed || books.unlocked == 0) return;
        ++reached[books.unlocked == books.collateral ? bytes32("closed paid") : bytes32("closed slashed")];
    }

    function _enterCompensated(uint256 id, bytes memory data) private {
        Books storage books = _books[id];
        (uint256 refund, uint256 compensation) = abi.decode(data, (uint256, uint256));
        books.refunded += refund;
        books.compensated += compensation;
        balance[books.client] += refund + compensation;
        _rule(!books.closed || _closing == id, "closed");
    }

    function _enterClosed(uint256 id, bytes memory data) private {
        Books storage books = _books[id];
        uint256 unlocked = abi.decode(data, (uint256));
        _rule(!books.closed, "closed");
        books.closed = true;
        books.unlocked += unlocked;
        free[books.provider] += unlocked;
        _closing = id;
    }

    function _enterDefaulted(uint256 id, bytes memory data) private {
        Books storage books = _books[id];
        uint256 period = abi.decode(data, (uint256));
        if (books.challengedAt == 0) {
            uint256 misses = 0;
            for (uint256 p = books.start; p <= period; ++p) {
                if (!proven[books.provider][p]) ++misses;
            }
            _rule(misses == uint256(books.maxMisses) + 1 && !proven[books.provider][period], "slash");
            ++reached["defaulted"];
            return;
        }
        uint256 answerPeriods = books.maxMisses == 0 ? 2 : uint256(books.maxMisses) + 1;
        _rule(period == books.challengedAt && market.period() > period + answerPeriods, "slash");
        books.unanswered = true;
        ++reached["unanswered"];
    }

    function _enterAbandoned(uint256 id, bytes memory data) private {
        Books storage books = _books[id];
        (uint256 refund, uint256 compensation) = abi.decode(data, (uint256, uint256));
        _rule(!books.abandoned && !books.closed, "closed");
        _rule(acting == market.providerOf(books.provider).owner, "stranger");
        books.abandoned = true;
        books.refunded += refund;
        books.compensated += compensation;
        balance[books.client] += refund + compensation;
        ++reached["abandoned"];
    }

    function _enterShortened(uint256 id, bytes memory data) private {
        Books storage books = _books[id];
        (uint256 end, uint256 refund) = abi.decode(data, (uint256, uint256));
        _rule(!books.closed, "closed");
        _rule(acting == books.client || acting == _payeeOf(books), "stranger");
        books.refunded += refund;
        balance[books.client] += refund;
        ++reached[end == books.start ? bytes32("cancelled pending") : bytes32("shortened")];
    }

    function _enterChallenged(uint256 id) private {
        Books storage books = _books[id];
        _rule(books.challengedAt == 0, "challenge");
        _rule(acting == books.client, "stranger");
        books.challengedAt = market.period();
        bonds += BOND;
        ++reached["challenged"];
    }

    function _enterChallengeEnded(uint256 id, address to) private {
        Books storage books = _books[id];
        bool answered = !books.abandoned && !books.unanswered;
        _rule(books.challengedAt != 0, "challenge");
        _rule(to == (answered ? _beneficiary[books.provider] : books.client), "challenge");
        books.challengedAt = 0;
        bonds -= BOND;
        balance[to] += BOND;
        if (answered) ++reached["answered"];
    }

    function _enterTransferred(uint256 id, Vm.Log memory log) private {
        _rule(acting == _books[id].client && acting == _address(log, 2), "rights");
        _books[id].client = _address(log, 3);
        ++reached["transferred"];
    }

    function _enterAssigned(uint256 id, address to) private {
        Books storage books = _books[id];
        address holder = books.payee == address(0) ? market.providerOf(books.provider).owner : books.payee;
        _rule(acting == holder, "rights");
        books.payee = to;
        ++reached["assigned"];
    }

    function _enterProven(uint256 provider, uint256 period) private {
        _rule(!proven[provider][period] && period == market.period(), "bits");
        proven[provider][period] = true;
    }

    function _address(Vm.Log memory log, uint256 topic) private pure returns (address) {
        return address(uint160(uint256(log.topics[topic])));
    }
}
