// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IMarketState} from "../../contracts/interfaces/IStorageMarket.sol";
import {StorageMarket} from "../../contracts/StorageMarket.sol";
import {HashBeacon} from "./support/HashBeacon.sol";

/// @notice A wallet that makes a call when it is asked for its signature, and signs when that has worked.
contract CallingWallet {
    address public target;
    bytes public message;
    uint256 public written;

    function arm(address target_, bytes calldata message_) external {
        (target, message) = (target_, message_);
    }

    function write() external {
        ++written;
    }

    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        (bool done, ) = target.call(message);
        return done ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

contract Money is ERC20 {
    constructor() ERC20("Money", "MNY") {
        _mint(msg.sender, 1e18);
    }
}

/// @notice While the market asks a signer's code, that code can look at everything and change nothing.
contract SignerCodeTest {
    StorageMarket private market;
    CallingWallet private wallet;

    function setUp() public {
        wallet = new CallingWallet();
        Money token = new Money();
        IMarketState.Parameters memory parameters;
        parameters.token = token;
        parameters.beacon = new HashBeacon();
        parameters.periodLength = 100;
        parameters.baseSamples = 1;
        parameters.maxTerm = 366;
        market = new StorageMarket(parameters);
        token.approve(address(market), type(uint256).max);
        market.register(address(wallet), address(this), 1, 1_000, "");
        market.stake(1, 1_000, _allowance());
    }

    /// @dev Its word counts: what follows does not fail for another reason. [OFFER-1]
    function test_ASignersCodeMayLook() public {
        wallet.arm(address(market), abi.encodeCall(market.period, ()));
        market.open(_offers(), _allowance(), address(0), "");
        assert(market.dealCount() == 1);
    }

    /// @dev Neither in the market nor in itself. [OFFER-1]
    function test_ASignersCodeChangesNothing() public {
        wallet.arm(address(wallet), abi.encodeCall(wallet.write, ()));
        _checkRefused();
        wallet.arm(address(market), abi.encodeCall(market.settle, (new uint32[](0))));
        _checkRefused();
        wallet.arm(address(market), abi.encodeCall(market.keepBalance, (true)));
        _checkRefused();
        wallet.arm(address(market), abi.encodeCall(market.stop, (1)));
        _checkRefused();
        assert(wallet.written() == 0);
    }

    function _checkRefused() private {
        try market.open(_offers(), _allowance(), address(0), "") {
            assert(false);
        } catch (bytes memory reason) {
            assert(bytes4(reason) == IMarketState.OfferSignatureInvalid.selector);
        }
    }

    function _offers() private view returns (IMarketState.SignedOffer[] memory offers) {
        offers = new IMarketState.SignedOffer[](1);
        IMarketState.Offer memory offer = offers[0].offer;
        (offer.provider, offer.client) = (1, address(this));
        (offer.periods, offer.expiry) = (1, type(uint64).max);
        offer.pieces = new IMarketState.Piece[](1);
        IMarketState.Piece memory piece = offer.pieces[0];
        (piece.size, piece.rate, piece.slashFactor) = (100, 1, 1);
    }

    function _allowance() private pure returns (IMarketState.Payment memory payment) {}
}
