// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState} from "../../contracts/interfaces/IStorageMarket.sol";
import {StorageMarket} from "../../contracts/StorageMarket.sol";
import {TestStablecoin} from "../../contracts/mocks/TestStablecoin.sol";
import {Draws} from "../../contracts/libraries/Draws.sol";
import {OfferWords} from "../../contracts/libraries/OfferWords.sol";
import {Stored} from "./support/Stored.sol";
import {HashBeacon} from "./support/HashBeacon.sol";
import {vm} from "./support/Vm.sol";

/// @notice Three providers and three clients that do all that a market allows, in any order, with time passing between.
/// Every act is valid, so none may revert. Ghosts follow the money of each deal from outside of the market.
contract MarketHandler {
    uint256 public constant ACTORS = 3;
    uint32 private constant LENGTH = 100;
    uint32 private constant DELAY = 10;
    uint256 private constant SIZE = 127;
    uint96 private constant STAKE = 1e12;

    StorageMarket public market;
    TestStablecoin public token;

    struct Ghost {
        uint256 deposit;
        uint256 collateral;
        uint256 paid;
        uint256 refunded;
        uint256 unlocked;
    }

    /// @notice Money of each deal, as seen at its parties.
    mapping(uint32 deal => Ghost) public ghosts;
    /// @notice First thing that went back or changed though it must not.
    string public broken;

    uint256 private _nonce;

    constructor() {
        vm.warp(1_000_000);
        token = new TestStablecoin();
        IMarketState.Parameters memory parameters;
        parameters.token = token;
        parameters.beacon = new HashBeacon();
        parameters.genesis = 1_000_000;
        parameters.periodLength = LENGTH;
        parameters.delay = DELAY;
        parameters.baseSamples = 2;
        parameters.maxTerm = 366;
        parameters.minCollateral = 64;
        market = new StorageMarket(parameters);
        for (uint256 i = 0; i < ACTORS; ++i) {
            token.mint(owner(i), 1e18);
            vm.prank(owner(i));
            token.approve(address(market), type(uint256).max);
            token.mint(client(i), 1e18);
            vm.prank(client(i));
            token.approve(address(market), type(uint256).max);
            vm.prank(owner(i));
            market.register(vm.addr(_key(i)), beneficiary(i), 64, type(uint96).max, "");
            vm.prank(owner(i));
            market.stake(uint32(i + 1), STAKE, _allowance());
        }
    }

    /* ACTS */

    /// @dev Checks around each act what no act may change: what was live in the period stays so, and nothing goes back.
    modifier watched() {
        uint32 current = market.period();
        uint32 deals = market.dealCount();
        bytes32 live = _liveSet(current, deals);
        uint256[] memory marks = _marks(deals);
        _;
        if (market.period() == current && _liveSet(current, deals) != live) broken = "liveness changed in the period";
        uint256[] memory later = _marks(deals);
        for (uint256 i = 0; i < marks.length; ++i) {
            if (later[i] < marks[i]) broken = "an id, a bit or a settled period went back";
        }
        if (market.dealCount() < deals) broken = "the number of deals went back";
    }

    function open(uint256 who, uint256 from, uint256 random) external watched {
        (who, from) = (who % ACTORS, from % ACTORS);
        IMarketState.SignedOffer[] memory offers = new IMarketState.SignedOffer[](1);
        IMarketState.Offer memory offer = offers[0].offer;
        offer.provider = uint32(who + 1);
        offer.client = client(from);
        offer.firstPeriod = uint32(market.period() + (random % 4));
        offer.periods = uint16(1 + ((random >> 8) % 12));
        offer.maxMisses = uint16(((random >> 16) % 4) % offer.periods);
        offer.notice = uint16((random >> 24) % 5);
        offer.expiry = type(uint64).max;
        offer.nonce = _nonce++;
        offer.pieces = new IMarketState.Piece[](1 + ((random >> 32) % 3));
        uint256 lock = 0;
        for (uint256 i = 0; i < offer.pieces.length; ++i) {
            IMarketState.Piece memory piece = offer.pieces[i];
            piece.root = _root(market.dealCount() + uint32(i) + 1);
            piece.size = uint64(SIZE);
            piece.rate = uint80(1 + ((random >> 40) % 1_000));
            piece.slashFactor = uint24(64 + ((random >> 64) % 64));
            lock += uint256(piece.rate) * piece.slashFactor * (offer.maxMisses + 1);
        }
        IMarketState.Provider memory provider = market.providerOf(offer.provider);
        uint256 budget = provider.touchedAt == market.period() ? provider.budgetLeft : provider.maxLock;
        if (lock > provider.free || lock > budget) return;
        offers[0].signature = this.sign(offer, _key(who));

        vm.prank(client(from));
        uint32 first = market.open(offers, _allowance(), address(0), "");
        for (uint32 i = 0; i < offer.pieces.length; ++i) {
            IMarketState.Deal memory deal = market.dealOf(first + i);
            ghosts[first + i].deposit = uint256(deal.rate) * offer.periods;
            ghosts[first + i].collateral = uint256(deal.slash) * (offer.maxMisses + 1);
        }
    }

    function prove(uint256 who, bool delists) external watched {
        uint32 id = uint32((who % ACTORS) + 1);
        uint32 current = market.period();
        if (!_provable(id, current)) return;
        (bytes memory proof, bool found) = _proof(id, current);
        if (found) market.prove(id, current, proof, "", delists ? _ended(id, current + 1) : new uint256[](0));
    }

    function settle(uint32 random) external watched {
        if (market.dealCount() == 0) return;
        uint32 id = 1 + (random % market.dealCount());
        IMarketState.Deal memory deal = market.dealOf(id);
        uint256 paid = market.balanceOf(deal.payee);
        uint256 refunded = market.balanceOf(deal.client);
        uint256 free = market.providerOf(deal.provider).free;

        uint32[] memory ids = new uint32[](1);
        ids[0] = id;
        market.settle(ids);

        ghosts[id].paid += market.balanceOf(deal.payee) - paid;
        ghosts[id].refunded += market.balanceOf(deal.client) - refunded;
        ghosts[id].unlocked += market.providerOf(deal.provider).free - free;
    }

    function pass(uint16 time) external watched {
        vm.warp(block.timestamp + (time % (2 * LENGTH)));
    }

    function delist(uint256 who) external watched {
        uint32 id = uint32((who % ACTORS) + 1);
        uint32 current = market.period();
        bool decided = (market.provenWord(id, 0) >> current) & 1 != 0 || market.providerOf(id).gaveUpAt == current;
        bool undrawn = (block.timestamp - 1_000_000) % LENGTH < DELAY / 2;
        if (!decided && !undrawn) return;
        market.delist(id, _ended(id, decided ? current + 1 : current));
    }

    function giveUp(uint256 who) external watched {
        uint32 id = uint32((who % ACTORS) + 1);
        uint32 current = market.period();
        if (who % 8 != 0 || !_provable(id, current)) return;
        vm.prank(owner(id - 1));
        market.giveUp(id, current);
    }

    function moveStake(uint256 who, uint96 amount, bool out) external watched {
        uint32 id = uint32((who % ACTORS) + 1);
        amount %= 1e10;
        if (out && amount > market.providerOf(id).free) return;
        vm.prank(owner(id - 1));
        if (out) market.unstake(id, amount);
        else market.stake(id, amount, _allowance());
    }

    function limit(uint256 who, uint96 maxLock) external watched {
        uint32 id = uint32((who % ACTORS) + 1);
        vm.prank(owner(id - 1));
        market.configure(id, vm.addr(_key(id - 1)), beneficiary(id - 1), 1e8 + (maxLock % 1e20), "");
    }

    function withdraw(uint256 who, uint256 amount) external watched {
        address account = who % 2 == 0 ? client(who % ACTORS) : beneficiary(who % ACTORS);
        uint256 balance = market.balanceOf(account);
        if (who % 5 == 0) market.push(account);
        else {
            vm.prank(account);
            market.withdraw(address(0xdead), amount % (balance + 1));
        }
    }

    /* READING */

    function client(uint256 i) public pure returns (address) {
        return vm.addr(100 + i);
    }

    function owner(uint256 i) public pure returns (address) {
        return vm.addr(200 + i);
    }

    function beneficiary(uint256 i) public pure returns (address) {
        return vm.addr(300 + i);
    }

    /// @dev External, since the hash reads calldata.
    function sign(IMarketState.Offer calldata offer, uint256 key) external view returns (bytes memory) {
        (, string memory name, string memory version, uint256 chain, address contract_, , ) = market.eip712Domain();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                chain,
                contract_
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            key,
            keccak256(abi.encodePacked("\x19\x01", domain, OfferWords.hash(offer)))
        );
        return abi.encodePacked(r, s, v);
    }

    function _key(uint256 i) private pure returns (uint256) {
        return 400 + i;
    }

    function _allowance() private pure returns (IMarketState.Payment memory payment) {}

    function _provable(uint32 id, uint32 current) private view returns (bool) {
        return
            (block.timestamp - 1_000_000) % LENGTH >= DELAY &&
            (market.provenWord(id, current >> 8) >> (current & 0xff)) & 1 == 0 &&
            market.providerOf(id).gaveUpAt != current;
    }

    /// @dev Indices, in falling order, of listed deals that end by `bound`.
    function _ended(uint32 id, uint32 bound) private view returns (uint256[] memory indices) {
        uint32[] memory list = Stored.list(market, id, market.providerOf(id).listed);
        indices = new uint256[](list.length);
        uint256 count = 0;
        for (uint256 i = list.length; i != 0; --i) {
            if (market.dealOf(list[i - 1]).end <= bound) indices[count++] = i - 1;
        }
        assembly ("memory-safe") {
            mstore(indices, count)
        }
    }

    function _proof(uint32 id, uint32 current) private view returns (bytes memory proof, bool) {
        IMarketState.Provider memory provider = market.providerOf(id);
        uint32[] memory list = Stored.list(
            market,
            id,
            provider.touchedAt == current ? provider.frozen : provider.listed
        );
        if (list.length == 0) return (proof, false);
        uint256 seed = uint256(keccak256(abi.encode(uint64(1_000_000 + (current - 1) * LENGTH + DELAY))));
        uint256[6] memory walk = Draws.walk(seed, address(market), id, current);
        uint256 found = 0;
        for (uint256 step = 0; found < 2; ++step) {
            if (step == 128) return (proof, false);
            uint256 word = Draws.word(walk, step);
            uint32 deal = list[(word >> 128) % list.length];
            IMarketState.Deal memory terms = market.dealOf(deal);
            if (current < terms.start || current >= terms.end) continue;
            proof = bytes.concat(proof, _path(deal, uint128(word) % 4));
            ++found;
        }
        return (proof, true);
    }

    /// @dev The pieces have four leaves, made up from the deal's id.
    function _leaf(uint32 deal, uint256 i) private pure returns (bytes32) {
        return keccak256(abi.encode(deal, i)) & ~bytes32(uint256(0xc0));
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(left, right)) & ~bytes32(uint256(0xc0));
    }

    function _pair(uint32 deal, uint256 i) private pure returns (bytes32) {
        return _node(_leaf(deal, 2 * i), _leaf(deal, 2 * i + 1));
    }

    function _root(uint32 deal) private pure returns (bytes32) {
        return _node(_pair(deal, 0), _pair(deal, 1));
    }

    function _path(uint32 deal, uint256 i) private pure returns (bytes memory) {
        return abi.encodePacked(_leaf(deal, i), _leaf(deal, i ^ 1), _pair(deal, (i >> 1) ^ 1));
    }

    function _liveSet(uint32 current, uint32 deals) private view returns (bytes32 set) {
        for (uint32 id = 1; id <= deals; ++id) {
            IMarketState.Deal memory deal = market.dealOf(id);
            set = keccak256(abi.encode(set, deal.start <= current && current < deal.end));
        }
    }

    /// @dev What may only grow.
    function _marks(uint32 deals) private view returns (uint256[] memory marks) {
        marks = new uint256[](2 * deals + ACTORS);
        for (uint32 id = 1; id <= deals; ++id) {
            IMarketState.Deal memory deal = market.dealOf(id);
            marks[2 * id - 2] = deal.settledUpTo;
            marks[2 * id - 1] = deal.missed;
        }
        for (uint32 i = 0; i < ACTORS; ++i) {
            // Periods are proven in order: a set bit above the others makes the word larger, a lost one smaller.
            marks[2 * deals + i] = market.provenWord(i + 1, 0);
        }
    }
}
