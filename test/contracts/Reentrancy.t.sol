// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IMarketState} from "../../contracts/interfaces/IStorageMarket.sol";
import {StorageMarket} from "../../contracts/StorageMarket.sol";
import {HashBeacon} from "./support/HashBeacon.sol";

/// @notice A token that calls its market in the middle of a transfer and remembers the answer.
contract CallingToken is ERC20 {
    address public market;
    bytes public message;
    bytes public answer;

    constructor() ERC20("Calling", "CALL") {
        _mint(msg.sender, 1e18);
    }

    function arm(address market_, bytes calldata message_) external {
        (market, message, answer) = (market_, message_, "");
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (message.length == 0) return;
        bytes memory sent = message;
        message = "";
        (, answer) = market.call(sent);
    }
}

/// @notice While the market moves tokens, either way, nothing of it that changes state can be called.
contract ReentrancyTest {
    CallingToken private token;
    StorageMarket private market;

    function setUp() public {
        token = new CallingToken();
        IMarketState.Parameters memory parameters;
        parameters.token = token;
        parameters.beacon = new HashBeacon();
        parameters.periodLength = 100;
        parameters.baseSamples = 1;
        parameters.maxTerm = 366;
        market = new StorageMarket(parameters);
        token.approve(address(market), type(uint256).max);
        market.register(address(1), address(this), 1, 0, "");
        market.stake(1, 1_000, _allowance());
        market.unstake(1, 500);
    }

    /// @dev Each of them, alone and in a multicall, on the way in and on the way out. [MULTI-1] [PAY-7]
    function test_NoMutatorAnswersWhileTokensMove() public {
        bytes[] memory messages = _mutators();
        for (uint256 i = 0; i < messages.length; ++i) {
            token.arm(address(market), messages[i]);
            market.stake(1, 1, _allowance());
            _checkRefused();

            token.arm(address(market), messages[i]);
            market.withdraw(address(0xdead), 1);
            _checkRefused();
        }
    }

    function _checkRefused() private view {
        assert(bytes4(token.answer()) == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
    }

    function _mutators() private view returns (bytes[] memory messages) {
        messages = new bytes[](27);
        messages[0] = abi.encodeCall(market.register, (address(1), address(1), 1, 0, ""));
        messages[1] = abi.encodeCall(market.registerLike, (1, 1));
        messages[2] = abi.encodeCall(market.configure, (1, address(1), address(1), 0, ""));
        messages[3] = abi.encodeCall(market.stop, (1));
        messages[4] = abi.encodeCall(market.voidNonces, (1, 0, 1));
        messages[5] = abi.encodeCall(market.stake, (1, 1, _allowance()));
        messages[6] = abi.encodeCall(market.unstake, (1, 1));
        messages[7] = abi.encodeCall(market.open, (new IMarketState.SignedOffer[](0), _allowance(), address(0), ""));
        messages[8] = abi.encodeCall(market.prove, (1, market.period(), "", "", new uint256[](0)));
        messages[9] = abi.encodeCall(market.delist, (1, new uint256[](0)));
        messages[10] = abi.encodeCall(market.giveUp, (1, market.period()));
        messages[11] = abi.encodeCall(market.settle, (new uint32[](0)));
        messages[12] = abi.encodeCall(market.withdraw, (address(1), 0));
        messages[13] = abi.encodeCall(market.push, (address(this)));
        messages[14] = abi.encodeCall(market.offerOwnership, (1, address(1)));
        messages[15] = abi.encodeCall(market.takeOwnership, (1, address(1), address(1), 0, 0));
        messages[16] = abi.encodeCall(market.transferDeal, (1, address(1)));
        messages[17] = abi.encodeCall(market.assignPayee, (1, address(1)));
        messages[18] = abi.encodeCall(market.cancel, (1));
        messages[19] = abi.encodeCall(market.terminate, (1, IMarketState.Consent(0, 0, "")));
        messages[20] = abi.encodeCall(market.voidConsents, (0, 1));
        messages[21] = abi.encodeCall(market.abandon, (1));
        messages[22] = abi.encodeCall(market.challenge, (1, 0, _allowance()));
        messages[23] = abi.encodeCall(market.answer, (1, ""));
        messages[24] = abi.encodeCall(market.keepBalance, (true));
        messages[25] = abi.encodeCall(market.publish, (1, "x"));
        bytes[] memory inner = new bytes[](1);
        inner[0] = messages[11];
        messages[26] = abi.encodeCall(market.multicall, (inner));
    }

    function _allowance() private pure returns (IMarketState.Payment memory payment) {}
}
